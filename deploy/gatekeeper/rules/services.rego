# METADATA
# title: BusbarServices
# description: A port of the node is opened by the listed Services only, and no Service stands for an address outside.
# custom:
#   parameters:
#     exposed:
#       type: array
#       description: Services that may have the type LoadBalancer or NodePort, as namespace/name.
#       items: { type: string }
package busbar.services

violation[{"msg": msg}] {
	service := input.review.object
	types := {"LoadBalancer", "NodePort"}
	types[service.spec.type]
	name := sprintf("%v/%v", [service.metadata.namespace, service.metadata.name])
	not listed(name)
	msg := sprintf("Service %v: type %v opens a port of the node, and the list of those that may has only %v", [name, service.spec.type, input.parameters.exposed])
}

violation[{"msg": msg}] {
	service := input.review.object
	service.spec.type == "ExternalName"
	msg := sprintf("Service %v: ExternalName leads out of the cluster", [service.metadata.name])
}

violation[{"msg": msg}] {
	service := input.review.object
	count(service.spec.externalIPs) > 0
	msg := sprintf("Service %v: externalIPs takes what others send to these addresses", [service.metadata.name])
}

listed(name) {
	input.parameters.exposed[_] == name
}
