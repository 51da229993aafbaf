# METADATA
# title: BusbarHostPaths
# description: Of the node's folders a pod sees the data folder and no other.
# custom:
#   parameters:
#     folders:
#       type: array
#       description: Folders, to the letter.
#       items: { type: string }
package busbar.host_paths

import data.lib.pods

violation[{"msg": msg}] {
	volume := pods.spec(input.review.object).volumes[_]
	path := volume.hostPath.path
	not listed(path)
	msg := sprintf("volume %v: hostPath %v; a pod may see %v", [volume.name, path, input.parameters.folders])
}

listed(path) {
	input.parameters.folders[_] == path
}
