# METADATA
# title: BusbarImages
# description: An image comes from the site's registry and is named by its digest.
# custom:
#   parameters:
#     registries:
#       type: array
#       description: How the name of an image may begin, with a slash at the end.
#       items: { type: string }
package busbar.images

import data.lib.pods

violation[{"msg": msg}] {
	container := pods.containers(input.review.object)[_]
	not from_site(container.image)
	msg := sprintf("container %v: image %v is not of %v", [container.name, container.image, input.parameters.registries])
}

violation[{"msg": msg}] {
	container := pods.containers(input.review.object)[_]
	not regex.match("@sha256:[0-9a-f]{64}$", container.image)
	msg := sprintf("container %v: image %v has no digest, so it may be another tomorrow", [container.name, container.image])
}

from_site(image) {
	startswith(image, input.parameters.registries[_])
}
