package busbar.privileges

good := {"allowPrivilegeEscalation": false, "runAsNonRoot": true, "capabilities": {"drop": ["ALL"]}}

pod(context) = {"review": {"object": {"kind": "Pod", "spec": {"containers": [{"name": "c", "securityContext": context}]}}}}

test_good {
	count(violation) == 0 with input as pod(good)
}

test_silence_is_no_promise {
	count(violation) == 3 with input as pod({})
}

test_container_overrides_pod {
	root := json.patch(pod(object.union(good, {"runAsNonRoot": false})), [{"op": "add", "path": "/review/object/spec/securityContext", "value": {"runAsNonRoot": true}}])
	count(violation) == 1 with input as root
}
