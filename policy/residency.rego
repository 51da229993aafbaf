# Which data may leave a substation. A site adds rules of its own in files beside this one: `permits` and `denies` are sets.
package energy.smartgrid

import rego.v1

# A quarter of an hour is what a bill is made of; five are what a single customer can hide among.
least_window_seconds := 900

least_members := 5

destinations := {"centre", "outside"}

permits contains "it is processed where it is" if stays

permits contains "an aggregate of a quarter of an hour and five members or more" if {
	is_export
	input.record.class == "aggregate"
	is_wide
	is_crowd
}

permits contains "events leave without customer identifiers" if {
	is_export
	input.record.class == "event"
}

permits contains "quality statistics leave without customer identifiers" if {
	is_export
	input.record.class == "quality"
}

permits contains "health leaves without customer identifiers" if {
	is_export
	input.record.class == "health"
}

permits contains "the centre may know what it owns" if {
	is_export
	input.record.class == "inventory"
	input.destination == "centre"
}

# Whoever exports does not process, whatever it says of `data_stays_local`.
stays if {
	input.action == "process_data"
	input.data_stays_local == true
	input.destination == "local"
}

is_export if {
	input.action == "export"
	input.destination in destinations
}

is_wide if {
	is_number(input.record.window)
	input.record.window >= least_window_seconds
}

is_crowd if {
	is_number(input.record.members)
	input.record.members >= least_members
}

denies contains "raw readings never leave" if {
	not stays
	input.record.class == "raw"
}

denies contains "waveforms never leave" if {
	not stays
	input.record.class == "waveform"
}

denies contains "an aggregate of less than a quarter of an hour is raw" if {
	not stays
	input.record.class == "aggregate"
	not is_wide
}

denies contains "an aggregate of fewer than five members is raw" if {
	not stays
	input.record.class == "aggregate"
	not is_crowd
}

denies contains "a single customer's profile is raw" if {
	not stays
	input.record.class == "aggregate"
	input.record.subject.kind == "customer"
}

denies contains "inventory goes to the centre only" if {
	not stays
	input.record.class == "inventory"
	input.destination != "centre"
}

denies contains "an export does not stay, whatever its caller says" if {
	input.action == "export"
	input.data_stays_local == true
}
