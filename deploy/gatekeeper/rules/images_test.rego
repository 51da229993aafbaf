package busbar.images

digest := "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

pod(image) = {"review": {"object": {"kind": "Pod", "spec": {"containers": [{"name": "c", "image": image}]}}}, "parameters": {"registries": ["registry.site.local/"]}}

test_digest {
	count(violation) == 0 with input as pod(concat("", ["registry.site.local/edge", digest]))
}

test_name_that_only_begins_alike {
	count(violation) == 1 with input as pod(concat("", ["registry.site.local.example/edge", digest]))
}

test_short_digest {
	count(violation) == 1 with input as pod("registry.site.local/edge@sha256:0123")
}

test_put_in_later {
	later := json.patch(pod(concat("", ["registry.site.local/edge", digest])), [{"op": "add", "path": "/review/object/spec/ephemeralContainers", "value": [{"name": "d", "image": "busybox"}]}])
	count(violation) == 2 with input as later
}
