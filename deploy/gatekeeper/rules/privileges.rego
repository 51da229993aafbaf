# METADATA
# title: BusbarPrivileges
# description: No container is privileged, may become it, keeps capabilities or runs as root.
package busbar.privileges

import data.lib.pods

violation[{"msg": msg}] {
	container := containers[_]
	container.securityContext.privileged == true
	msg := sprintf("container %v: privileged", [container.name])
}

violation[{"msg": msg}] {
	container := containers[_]
	not container.securityContext.allowPrivilegeEscalation == false
	msg := sprintf("container %v: allowPrivilegeEscalation is not false", [container.name])
}

violation[{"msg": msg}] {
	container := containers[_]
	not drops_all(container)
	msg := sprintf("container %v: capabilities.drop is without ALL", [container.name])
}

violation[{"msg": msg}] {
	container := containers[_]
	count(container.securityContext.capabilities.add) > 0
	msg := sprintf("container %v: adds capabilities", [container.name])
}

violation[{"msg": msg}] {
	container := containers[_]
	not non_root(container)
	msg := sprintf("container %v: runAsNonRoot is not true", [container.name])
}

containers := pods.containers(input.review.object)

drops_all(container) {
	container.securityContext.capabilities.drop[_] == "ALL"
}

# What a container says goes before what its pod says.
non_root(container) {
	container.securityContext.runAsNonRoot == true
}

non_root(container) {
	not has_own(container)
	pods.spec(input.review.object).securityContext.runAsNonRoot == true
}

has_own(container) {
	_ := container.securityContext.runAsNonRoot
}
