package busbar.processor_runtime

pod(spec, labels) = {"review": {"object": {"kind": "Pod", "metadata": {"labels": labels}, "spec": spec}}, "parameters": {"runtimeClasses": ["wasmedge"]}}

processor := {"app.kubernetes.io/component": "processor"}

test_of_the_list {
	count(violation) == 0 with input as pod({"runtimeClassName": "wasmedge"}, processor)
}

test_none {
	count(violation) == 1 with input as pod({}, processor)
}

test_another_component {
	count(violation) == 0 with input as pod({}, {"app.kubernetes.io/component": "store"})
}
