package energy.smartgrid_test

import rego.v1

import data.energy.smartgrid

# A question as the gate asks it: an aggregate of a feeder on its way to the centre.
question := {
	"action": "export",
	"data_stays_local": false,
	"destination": "centre",
	"channel": "uplink",
	"principal": "centre",
	"site": "ss-1",
	"record": {
		"class": "aggregate",
		"kind": "power.active/900",
		"subject": {"kind": "feeder", "id": "f1"},
		"window": 900,
		"members": 5,
		"fields": ["max", "mean"],
	},
}

record_of(change) := object.union(question, {"record": object.union(question.record, change)})

classified(class) := record_of({"class": class})

test_the_least_aggregate_leaves if {
	smartgrid.decision == {
		"allow": true,
		"reason": "an aggregate of a quarter of an hour and five members or more",
		"redact": [],
	} with input as question
}

test_a_second_less_stays if {
	not smartgrid.allow with input as record_of({"window": 899})
}

test_a_member_less_stays if {
	not smartgrid.allow with input as record_of({"members": 4})
}

test_every_fault_is_named if {
	smartgrid.decision.reason == concat("; ", [
		"an aggregate of fewer than five members is raw",
		"an aggregate of less than a quarter of an hour is raw",
	]) with input as record_of({"window": 60, "members": 1})
}

test_a_text_is_no_large_number if {
	not smartgrid.allow with input as record_of({"window": "900"})
	not smartgrid.allow with input as record_of({"members": "5"})
	not smartgrid.allow with input as record_of({"window": null})
}

test_a_customers_profile_stays_however_wide if {
	not smartgrid.allow with input as record_of({"subject": {"kind": "customer", "id": ""}})
}

test_raw_and_waveform_never_leave if {
	every class in ["raw", "waveform"] {
		every destination in ["centre", "outside", "local", "elsewhere"] {
			not smartgrid.allow with input as object.union(classified(class), {"destination": destination})
		}
	}
}

test_a_caller_who_says_that_it_stays_is_not_believed if {
	every class in ["raw", "waveform", "aggregate", "event", "quality", "health", "inventory"] {
		not smartgrid.allow with input as object.union(classified(class), {"data_stays_local": true})
	}
}

test_what_says_process_but_goes_away_does_not_stay if {
	away := {"action": "process_data", "data_stays_local": true}
	not smartgrid.allow with input as object.union(classified("raw"), away)
	not smartgrid.allow with input as object.union(classified("event"), away)
}

test_processing_that_stays_is_free if {
	here := {"action": "process_data", "data_stays_local": true, "destination": "local"}
	every class in ["raw", "waveform", "aggregate", "event", "quality", "health", "inventory"] {
		smartgrid.allow with input as object.union(classified(class), here)
	}
}

test_processing_keeps_its_fields if {
	here := {"action": "process_data", "data_stays_local": true, "destination": "local"}
	asked := object.union(record_of({"class": "raw", "fields": ["customer_name"]}), here)
	smartgrid.decision.redact == [] with input as asked
}

test_events_quality_and_health_leave if {
	every class in ["event", "quality", "health"] {
		every destination in ["centre", "outside"] {
			smartgrid.allow with input as object.union(classified(class), {"destination": destination})
		}
	}
}

test_inventory_goes_to_the_centre_only if {
	smartgrid.allow with input as classified("inventory")
	not smartgrid.allow with input as object.union(classified("inventory"), {"destination": "outside"})
}

test_an_unknown_class_stays if {
	smartgrid.decision == {"allow": false, "reason": "no rule permits it", "redact": []} with input as classified("payroll")
}

test_nothing_asked_nothing_permitted if {
	not smartgrid.allow with input as {}
	not smartgrid.allow with input as {"action": "export"}
}

test_an_unknown_destination_stays if {
	not smartgrid.allow with input as object.union(question, {"destination": "elsewhere"})
}
