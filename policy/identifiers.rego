# Names of fields that say who a customer is, or may hold anything at all.
package energy.smartgrid

import rego.v1

# Anywhere in a name.
telling_parts := {
	"customer", "consumer", "subscriber", "user", "owner", "person", "account", "contract", "tenant", "household", "premise",
	"address", "street", "postcode", "phone", "mobile", "email", "e_mail", "passport", "identity_card",
	"supply_point", "delivery_point", "comment", "remark", "free_text",
	"户", "客户", "用户", "姓名", "地址", "电话", "手机", "身份证", "邮箱", "备注",
}

# Only where they are a word of the name: "mean" is no European article number.
telling_words := {"ean", "mpan", "pod", "iban", "note", "notes", "name"}

identifying contains field if {
	some field in input.record.fields
	some part in telling_parts
	contains(plain(field), part)
}

identifying contains field if {
	some field in input.record.fields
	some word in split(plain(field), "_")
	word in telling_words
}

# Whose a record is, where it is one customer's.
identifying contains "subject" if input.record.subject.kind == "customer"

# "customer-Name", "customer.name" and "customer name" are one.
plain(field) := replace(replace(replace(lower(field), "-", "_"), ".", "_"), " ", "_")
