# What the egress gate asks, and the answer. A denial overrides every permit, and what nothing permits stays.
#
# input: {"action": "process_data" | "export", "data_stays_local": bool, "destination": "local" | "centre" | "outside",
#         "channel": text, "principal": text, "site": text,
#         "record": {"class": text, "kind": text, "subject": {"kind": text, "id": text},
#                    "window": seconds, "members": count, "fields": [name, ...]}}
package energy.smartgrid

import rego.v1

default allow := false

allow if {
	count(permits) > 0
	count(denies) == 0
}

decision := {"allow": allow, "reason": reason, "redact": sort(redacted)}

reason := concat("; ", sort(denies)) if count(denies) > 0

reason := concat("; ", sort(permits)) if {
	count(denies) == 0
	count(permits) > 0
}

reason := "no rule permits it" if {
	count(denies) == 0
	count(permits) == 0
}

# What leaves has its customer identifiers taken away; what stays has nothing to be taken from.
redacted contains name if {
	allow
	input.action == "export"
	some name in identifying
}

# For a person who asks why.
explanation := {"permits": sort(permits), "denies": sort(denies), "redact": sort(redacted)}
