package busbar.egress

to(block, port) = {"review": {"object": {"metadata": {"name": "n"}, "spec": {"egress": [{"to": [{"ipBlock": block}], "ports": [port]}]}}}, "parameters": {"allowed": [{"cidr": "192.0.2.0/24", "ports": [8883]}]}}

test_within {
	count(violation) == 0 with input as to({"cidr": "192.0.2.10/32"}, {"port": 8883})
}

test_the_whole_world {
	count(violation) == 1 with input as to({"cidr": "0.0.0.0/0"}, {"port": 8883})
}

test_version_6 {
	count(violation) == 1 with input as to({"cidr": "::/0"}, {"port": 8883})
}

test_named_port {
	count(violation) == 1 with input as to({"cidr": "192.0.2.10/32"}, {"port": "mqtts"})
}

test_udp {
	count(violation) == 1 with input as to({"cidr": "192.0.2.10/32"}, {"port": 8883, "protocol": "UDP"})
}

test_ingress_alone_is_not_asked {
	count(violation) == 0 with input as {"review": {"object": {"metadata": {"name": "n"}, "spec": {"ingress": [{}]}}}, "parameters": {"allowed": []}}
}
