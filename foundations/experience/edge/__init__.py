"""What both front ends share at the wire, without a web framework: strict JSON, problem bodies, guards and the event feed."""
