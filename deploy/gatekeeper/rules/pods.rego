# What the rules for pods share: the pod within whatever makes pods, and its containers.
package lib.pods

spec(object) = found {
	object.kind == "Pod"
	found := object.spec
}

spec(object) = found {
	object.kind == "CronJob"
	found := object.spec.jobTemplate.spec.template.spec
}

spec(object) = found {
	not object.kind == "Pod"
	not object.kind == "CronJob"
	found := object.spec.template.spec
}

labels(object) = found {
	object.kind == "Pod"
	found := object.metadata.labels
}

labels(object) = found {
	object.kind == "CronJob"
	found := object.spec.jobTemplate.spec.template.metadata.labels
}

labels(object) = found {
	not object.kind == "Pod"
	not object.kind == "CronJob"
	found := object.spec.template.metadata.labels
}

# Of every kind: a container that starts first, or is put in later, can do as much as any other.
containers(object) = found {
	kinds := ["initContainers", "containers", "ephemeralContainers"]
	found := [container | container := spec(object)[kinds[_]][_]]
}
