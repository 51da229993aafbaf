# METADATA
# title: BusbarEgress
# description: A NetworkPolicy lets out to the listed addresses and ports, to DNS and to pods of its own namespace; default-deny stays as it is.
# custom:
#   parameters:
#     allowed:
#       type: array
#       description: Where data may go.
#       items:
#         type: object
#         properties:
#           cidr: { type: string }
#           ports: { type: array, items: { type: integer } }
package busbar.egress

violation[{"msg": msg}] {
	rule := policy.spec.egress[_]
	not peers(rule)
	msg := sprintf("NetworkPolicy %v: an egress rule without `to` lets out to everywhere", [policy.metadata.name])
}

violation[{"msg": msg}] {
	rule := policy.spec.egress[_]
	peer := rule.to[_]
	peer.ipBlock
	not allowed_block(peer.ipBlock, rule)
	msg := sprintf("NetworkPolicy %v: egress to %v, ports %v, is not in the list", [policy.metadata.name, peer.ipBlock.cidr, ports(rule)])
}

violation[{"msg": msg}] {
	rule := policy.spec.egress[_]
	peer := rule.to[_]
	peer.namespaceSelector
	not dns(peer, rule)
	msg := sprintf("NetworkPolicy %v: egress to other namespaces is for DNS only", [policy.metadata.name])
}

violation[{"msg": msg}] {
	policy.metadata.name == "default-deny"
	not denies_all
	msg := "NetworkPolicy default-deny: it holds for all pods, both ways, and has no rule"
}

policy := input.review.object

peers(rule) {
	count(rule.to) > 0
}

allowed_block(block, rule) {
	entry := input.parameters.allowed[_]
	net.cidr_contains(entry.cidr, block.cidr)
	only_ports(rule, entry.ports)
}

only_ports(rule, list) {
	count(rule.ports) > 0
	outside := [port | port := rule.ports[_]; not listed(port, list)]
	count(outside) == 0
}

# A range would let out through ports that are not in the list.
listed(port, list) {
	not port.endPort
	object.get(port, "protocol", "TCP") == "TCP"
	list[_] == port.port
}

dns(peer, rule) {
	peer.namespaceSelector == {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}
	peer.podSelector == {"matchLabels": {"k8s-app": "kube-dns"}}
	count(rule.ports) > 0
	outside := [port | port := rule.ports[_]; not is_dns(port)]
	count(outside) == 0
}

is_dns(port) {
	port.port == 53
	not port.endPort
}

denies_all {
	policy.spec.podSelector == {}
	{type | type := policy.spec.policyTypes[_]} == {"Ingress", "Egress"}
	count(object.get(policy.spec, "ingress", [])) == 0
	count(object.get(policy.spec, "egress", [])) == 0
}

ports(rule) = [port.port | port := rule.ports[_]]
