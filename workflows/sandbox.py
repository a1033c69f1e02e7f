"""What workflow code may share with the process: pure modules only, each with its reason."""

PASSED_THROUGH = (
    "symphainy.foundations",  # pure by import contract; plans and compiled expressions are shared by all runs
    "symphainy.workflows",  # deterministic by lint; re-importing it per run costs 100 ms and gains nothing
    "jq",  # a C extension: compiled programs are immutable, loading it twice is not supported
    "jsonschema_rs",  # a Rust extension, immutable validators
    "pydantic", "pydantic_core", "annotated_types", "typing_inspection",  # models are shared with the converter
    "temporalio",
)  # fmt: skip
