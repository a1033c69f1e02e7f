"""The table of all diagnostic codes: one row says what a code is about, how bad it is, and how it is mended."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Code:
    """One row of the table: what the code is about, how bad it is, and how it is usually mended."""

    sentence: str
    fix: str
    severity: Literal["error", "warning", "hint"] = "error"


CODES: dict[str, Code] = {
    "YAML001": Code("The text is not YAML.", "Mend the syntax at this place; strings with ': ' or '#' need quotes."),
    "YAML002": Code("A key stands twice in one map.", "Remove or rename one of them."),
    "YAML003": Code(
        "The file is too large, too deep or has too many nodes.",
        "Split the definition, or replace aliases by use.functions.",
    ),
    "YAML004": Code("A value cannot be carried as JSON.", "Write it as a string."),
    "YAML005": Code("The file is not one document.", "Keep exactly one YAML document per file."),
    "YAML006": Code("A YAML feature outside the JSON model.", "Use plain maps, lists, strings, numbers, booleans and null."),
    "SCH001": Code("A value has the wrong form.", "See the specification for what may stand here."),
    "SCH002": Code("A key that may not stand here.", "Remove it, or correct its spelling; annotations belong under metadata."),
    "SCH003": Code("A required key is missing.", "Add it."),
    "SCH004": Code("An unknown key at the top of the document.", "Remove it; anchors may stand under keys that begin with x- or a dot."),
    "SCH005": Code("A list item does not hold exactly one task.", "Give each task its own list item: '- name: {…}'."),
    "SCH006": Code("A task of no kind.", "Add exactly one of call, do, emit, for, fork, listen, raise, run, set, switch, try, wait."),
    "DOC001": Code("Two tasks of one list have the same name.", "Rename one of them: 'then' could not tell them apart."),
    "DOC002": Code("'then' names no task of its own list.", "Name a task of the same list, or use continue, exit or end."),
    "DOC003": Code("A switch has more than one case without 'when'.", "Keep one default case."),
    "DOC004": Code("A name that the document does not define.", "Define it under use, or correct its spelling."),
    "DOC005": Code("A duration that cannot be used.", "Write PT30S, PT5M, P1D or {minutes: 5}."),
    "DOC006": Code(
        "A variable name that cannot be used.",
        "Use letters, digits and underscores, and none of the specification's own names.",
    ),
    "DOC007": Code("A task that can never run.", "Remove it, or make a 'then' lead to it.", "warning"),
    "DOC008": Code(
        "A schema that cannot be used.",
        "Write an inline JSON Schema under 'document'; references to other files are not followed.",
    ),
    "DOC009": Code(
        "A schedule that cannot be kept.",
        "Give every or after as a duration, cron as five fields (minute hour day month weekday), or on with the events to wait for.",
    ),
    "EXP001": Code("The expression is not valid jq.", "Mend the expression at this place."),
    "EXP002": Code(
        "The expression reads something besides its data.",
        "Pass the value in as data: input, context, or a capability's output.",
    ),
    "EXP003": Code("The expression calls a function that jq does not have.", "Correct the name or the number of arguments."),
    "EXP004": Code("The expression uses a variable that is not available here.", "Use one that is, or move the expression."),
    "EXP005": Code(
        "The expression runs as a step of its own, outside the workflow.",
        "Nothing to do; a linear expression is faster.", "hint",
    ),
    "EXP006": Code(
        "An expression inside a longer string is not evaluated.",
        'Write the whole value as one expression: ${ "Hello \\(.name)" }.', "warning",
    ),
    "EXP007": Code("The evaluation settings are not supported.", "Use language jq and mode strict, or leave 'evaluate' out."),
    "EXP008": Code(
        "The expression makes more data than a step may carry.", "Shorten it, or let a capability make the value as an artifact."
    ),
    "SEC001": Code("A secret is combined with data.", "Hand the secret through whole, as ${ $secrets.name }, in an argument of a call."),
    "LNK001": Code("No such function or capability.", "Correct the name, or register the capability."),
    "LNK002": Code("The capability exists, but not at this version.", "Use a version that exists."),
    "LNK003": Code("This construct needs a capability that is not installed here.", "Install the capability, or use another construct."),
    "LNK004": Code("This construct is not supported by this version.", "Use another construct."),
    "LNK005": Code("A function calls itself.", "Break the cycle: functions are inlined, so a cycle never ends."),
    "LNK006": Code("The declared undo of a capability is not in the catalog.", "Register the undo capability."),
    "LNK007": Code(
        "A process that no policy admits.",
        "An operator admits it with SYMPHAINY_RUN_ALLOW (script, shell, container, mcp-stdio), a local run with --allow-run; "
        "or let a capability do the work.",
    ),
    "TYP001": Code("A required argument is missing.", "Pass it under 'with'."),
    "TYP002": Code("A value has another type than its receiver wants.", "Convert it, or pass another value."),
    "TYP003": Code("A path leads into an artifact.", "An artifact is a reference: let a capability read it and return what you need."),
    "TYP004": Code("An effectful step gets a value of unknown type.", "Declare an output schema where the value comes from.", "hint"),
    "TYP005": Code("An argument that the capability does not take.", "Remove it, or correct its spelling."),
    "SAG001": Code(
        "An effect that nothing can take back.",
        "Declare 'undo' on the capability, or irreversible=True; or waive it: metadata: {waive: [SAG001]}.",
    ),
    "SAG002": Code("An irreversible step stands before one that may fail.", "Move it last, or waive it: metadata: {waive: [SAG002]}."),
    "SAG003": Code(
        "The saga settings are not understood.",
        "metadata.saga takes onFault (compensate or none), order (reverse), deadline and budget.",
    ),
    "SAG004": Code(
        "The compensation of a task is not valid.",
        "Write metadata: {compensate: {call: CAPABILITY, with: …}} on a call of a capability that has an effect.",
    ),
    "SAG005": Code("An expression of a compensation is not linear.", "Keep it to paths and construction, or compute it in a task before."),
    "SAG006": Code(
        "The saga's deadline or budget is not valid.",
        "Write deadline: P14D, and budget: {steps: 200, tokens: 50000} with positive amounts.",
    ),
    "SAG007": Code("Something may take longer than the saga's deadline.", "Shorten it, or give the saga more time.", "warning"),
    "HUM001": Code("The terms of an approval are not valid.", "See the words of an approval in docs/sagas.md."),
    "SOL001": Code("The solution's description is not valid.", "See the solution folder's reference."),
    "SOL002": Code(
        "An intent leads to a saga or capability that does not exist.",
        "Name a file of sagas/ (without .yaml) or a capability of the catalog.",
    ),
    "SOL003": Code("A binding names an intent that the solution does not have.", "Add the intent, or correct its spelling."),
    "SOL004": Code("Two bindings are in each other's way.", "Give each its own name and path."),
    "SOL005": Code(
        "A file that does not belong into a solution.",
        "Keep solution.yaml, sagas/, policies/, scenarios/, knowledge/, README.md.",
    ),
    "COD001": Code(
        "The document of a code-first saga is not valid.", "It has an empty do, and metadata: {code: {uses: [CAPABILITY, …]}}."
    ),
    "SCN001": Code("The scenario is not valid.", "See the words of a scenario in docs/rehearsal.md."),
    "CHK001": Code("A check has refused the definition.", "See its message."),
}  # fmt: skip
