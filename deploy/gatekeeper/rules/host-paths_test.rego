package busbar.host_paths

pod(path) = {"review": {"object": {"kind": "Pod", "spec": {"containers": [], "volumes": [{"name": "v", "hostPath": {"path": path}}]}}}, "parameters": {"folders": ["/var/lib/busbar"]}}

test_the_folder {
	count(violation) == 0 with input as pod("/var/lib/busbar")
}

test_below_it {
	count(violation) == 1 with input as pod("/var/lib/busbar/journal")
}

test_above_it {
	count(violation) == 1 with input as pod("/var/lib")
}
