package busbar.host_namespaces

test_each_counts {
	pod := {"kind": "Pod", "spec": {"hostNetwork": true, "hostPID": true, "hostIPC": true, "containers": []}}
	count(violation) == 3 with input as {"review": {"object": pod}}
}

test_false_is_none {
	pod := {"kind": "Pod", "spec": {"hostNetwork": false, "containers": [{"name": "a", "ports": [{"containerPort": 1}]}]}}
	count(violation) == 0 with input as {"review": {"object": pod}}
}

test_cron_job {
	job := {"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": {"hostNetwork": true, "containers": []}}}}}}
	count(violation) == 1 with input as {"review": {"object": job}}
}
