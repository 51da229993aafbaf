package busbar.services

service(spec) = {"review": {"object": {"metadata": {"namespace": "busbar", "name": "devices"}, "spec": spec}}, "parameters": {"exposed": ["busbar/devices"]}}

test_listed {
	count(violation) == 0 with input as service({"type": "LoadBalancer"})
}

test_no_type_is_cluster_ip {
	count(violation) == 0 with input as service({})
}

test_same_name_elsewhere {
	moved := json.patch(service({"type": "NodePort"}), [{"op": "replace", "path": "/review/object/metadata/namespace", "value": "other"}])
	count(violation) == 1 with input as moved
}
