package busbar.budget

test_cores {
	cpu_millis("250m") == 250
	cpu_millis("2") == 2000
	cpu_millis("0.5") == 500
	cpu_millis(1) == 1000
	not cpu_millis("lots")
}

test_memory {
	memory_bytes("1Gi") == 1073741824
	memory_bytes("1.5Ki") == 1536
	memory_bytes("1M") == 1000000
	memory_bytes("1000") == 1000
	memory_bytes(5) == 5
	not memory_bytes("1T")
}
