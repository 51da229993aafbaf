package energy.smartgrid_test

import rego.v1

import data.energy.smartgrid

taken_away(fields) := names if {
	names := smartgrid.decision.redact with input as record_of({"class": "event", "fields": fields})
}

test_identifiers_are_taken_away if {
	taken_away(["at", "customer_id", "severity"]) == ["customer_id"]
	taken_away(["CustomerName", "accountNumber", "Phone"]) == ["CustomerName", "Phone", "accountNumber"]
	taken_away(["supply-point", "supply.point", "Supply Point"]) == ["Supply Point", "supply-point", "supply.point"]
	taken_away(["客户编号", "用户名", "电压"]) == ["客户编号", "用户名"]
}

test_a_word_is_not_a_part_of_a_word if {
	taken_away(["mean", "podium", "filename"]) == []
	taken_away(["ean", "meter_ean", "name", "site_name"]) == ["ean", "meter_ean", "name", "site_name"]
}

test_text_that_anyone_may_write_is_taken_away if {
	taken_away(["comment", "remarks", "note"]) == ["comment", "note", "remarks"]
}

test_the_subject_of_a_customers_event_is_taken_away if {
	smartgrid.decision.redact == ["subject"] with input as record_of({
		"class": "event",
		"subject": {"kind": "customer", "id": ""},
		"fields": ["at"],
	})
}

test_an_aggregate_is_redacted_too if {
	smartgrid.decision.redact == ["customers"] with input as record_of({"fields": ["customers", "mean"]})
}
