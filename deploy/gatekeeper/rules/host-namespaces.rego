# METADATA
# title: BusbarHostNamespaces
# description: A pod has its own network, processes and IPC, and no port of the node.
package busbar.host_namespaces

import data.lib.pods

violation[{"msg": msg}] {
	shared := {"hostNetwork", "hostPID", "hostIPC"}
	key := shared[_]
	pods.spec(input.review.object)[key] == true
	msg := sprintf("%v: no NetworkPolicy and no boundary holds what shares the node's", [key])
}

violation[{"msg": msg}] {
	container := pods.containers(input.review.object)[_]
	port := container.ports[_].hostPort
	port > 0
	msg := sprintf("container %v: hostPort %v; a Service of the list opens ports", [container.name, port])
}
