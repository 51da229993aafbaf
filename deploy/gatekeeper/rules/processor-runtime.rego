# METADATA
# title: BusbarProcessorRuntime
# description: A processor runs as WebAssembly, in a RuntimeClass of the list.
# custom:
#   parameters:
#     runtimeClasses:
#       type: array
#       items: { type: string }
package busbar.processor_runtime

import data.lib.pods

violation[{"msg": msg}] {
	pods.labels(input.review.object)["app.kubernetes.io/component"] == "processor"
	name := object.get(pods.spec(input.review.object), "runtimeClassName", "none")
	not listed(name)
	msg := sprintf("a processor with RuntimeClass %v; those that may run it: %v", [name, input.parameters.runtimeClasses])
}

listed(name) {
	input.parameters.runtimeClasses[_] == name
}
