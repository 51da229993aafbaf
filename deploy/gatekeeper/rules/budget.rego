# METADATA
# title: BusbarBudget
# description: Each container has limits, and the containers of a pod together stay within its share of the node.
# custom:
#   parameters:
#     cpuMillis:
#       type: integer
#       description: Processor time of a pod, in thousandths of a core.
#     memoryMi:
#       type: integer
#       description: Memory of a pod, MiB.
package busbar.budget

import data.lib.pods

violation[{"msg": msg}] {
	container := containers[_]
	name := {"cpu", "memory"}[_]
	not container.resources.limits[name]
	msg := sprintf("container %v: no limit of %v", [container.name, name])
}

violation[{"msg": msg}] {
	container := containers[_]
	text := container.resources.limits.cpu
	not cpu_millis(text)
	msg := sprintf("container %v: a limit of cpu of %v is not understood", [container.name, text])
}

violation[{"msg": msg}] {
	container := containers[_]
	text := container.resources.limits.memory
	not memory_bytes(text)
	msg := sprintf("container %v: a limit of memory of %v is not understood", [container.name, text])
}

violation[{"msg": msg}] {
	total := sum([millis | millis := cpu_millis(containers[_].resources.limits.cpu)])
	total > input.parameters.cpuMillis
	msg := sprintf("cpu: limits of %vm together, and a pod's share is %vm", [total, input.parameters.cpuMillis])
}

violation[{"msg": msg}] {
	total := sum([bytes | bytes := memory_bytes(containers[_].resources.limits.memory)])
	total > input.parameters.memoryMi * 1048576
	msg := sprintf("memory: limits of %v bytes together, and a pod's share is %v Mi", [total, input.parameters.memoryMi])
}

containers := pods.containers(input.review.object)

cpu_millis(value) = millis {
	is_number(value)
	millis := value * 1000
}

cpu_millis(value) = millis {
	regex.match("^[0-9]+m$", value)
	millis := to_number(trim_suffix(value, "m"))
}

cpu_millis(value) = millis {
	regex.match("^[0-9]+([.][0-9]+)?$", value)
	millis := to_number(value) * 1000
}

memory_bytes(value) = value {
	is_number(value)
}

memory_bytes(value) = bytes {
	units := {"": 1, "k": 1000, "M": 1000000, "G": 1000000000, "Ki": 1024, "Mi": 1048576, "Gi": 1073741824}
	found := regex.find_all_string_submatch_n("^([0-9]+(?:[.][0-9]+)?)(|k|M|G|Ki|Mi|Gi)$", value, 1)
	bytes := to_number(found[0][1]) * units[found[0][2]]
}
