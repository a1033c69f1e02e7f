"""What is asked of a contract, for each clause that CUAD's lawyers looked for, in our own words; and what they found."""

import ast
import json
from pathlib import Path
from typing import NamedTuple

QUESTIONS = {
    "Document Name": "What is the name of the agreement?",
    "Parties": "Who are the parties to the agreement?",
    "Agreement Date": "What is the date of the agreement?",
    "Effective Date": "On what date does the agreement take effect?",
    "Expiration Date": "When does the term of the agreement end?",
    "Renewal Term": "For how long is the agreement renewed after its initial term?",
    "Notice Period To Terminate Renewal": "How much notice must be given so that the agreement is not renewed?",
    "Governing Law": "Which state's or country's law governs the agreement?",
    "Most Favored Nation": "Does a party get terms at least as good as those given to any third party?",
    "Competitive Restriction Exception": "What exceptions are there to the non-compete, exclusivity or no-solicit obligations?",
    "Non-Compete": "Is a party forbidden to compete with the other?",
    "Exclusivity": "Does a party deal exclusively with the other?",
    "No-Solicit Of Customers": "Is a party forbidden to solicit the other's customers?",
    "No-Solicit Of Employees": "Is a party forbidden to hire or solicit the other's employees?",
    "Non-Disparagement": "Is a party forbidden to disparage the other?",
    "Termination For Convenience": "Can a party terminate the agreement at any time without cause?",
    "Rofr/Rofo/Rofn": "Does a party have a right of first refusal, of first offer or of first negotiation?",
    "Change Of Control": "What happens on a change of control, a merger or a sale of a party?",
    "Anti-Assignment": "Is the other party's consent needed to assign the agreement?",
    "Revenue/Profit Sharing": "Does a party share revenue or profit with the other?",
    "Price Restrictions": "Is a party restricted in raising or lowering its prices?",
    "Minimum Commitment": "Is there a minimum amount that a party must order or buy?",
    "Volume Restriction": "Is a fee charged or consent needed when use exceeds a certain volume?",
    "Ip Ownership Assignment": "Does intellectual property created by a party become the property of the other?",
    "Joint Ip Ownership": "Is intellectual property owned jointly by the parties?",
    "License Grant": "What license does a party grant to the other?",
    "Non-Transferable License": "Is the license non-transferable?",
    "Affiliate License-Licensor": "Does the license include intellectual property of the licensor's affiliates?",
    "Affiliate License-Licensee": "Does the license extend to the licensee's affiliates?",
    "Unlimited/All-You-Can-Eat-License": "Does the license allow unlimited use?",
    "Irrevocable Or Perpetual License": "Is the license irrevocable or perpetual?",
    "Source Code Escrow": "Must source code be deposited in escrow?",
    "Post-Termination Services": "What obligations or services continue after termination?",
    "Audit Rights": "Does a party have the right to audit the other's books and records?",
    "Uncapped Liability": "Is a party's liability unlimited?",
    "Cap On Liability": "Is a party's liability limited or capped?",
    "Liquidated Damages": "Are liquidated damages or a termination fee to be paid?",
    "Warranty Duration": "How long does the warranty last?",
    "Insurance": "Must a party hold insurance?",
    "Covenant Not To Sue": "Is a party forbidden to sue the other or to contest its intellectual property?",
    "Third Party Beneficiary": "Is there a third-party beneficiary who can enforce the agreement?",
}
"""Category of CUAD → a question about any contract."""
BEGINNING = 120
"""Characters of a clause that are looked for."""


class Asked(NamedTuple):
    """One question to one contract; no clauses: it does not say."""

    category: str
    question: str
    clauses: tuple[str, ...]


def contracts(folder: Path) -> dict[str, list[Asked]]:
    """File name → its questions."""
    told = json.loads((folder / "cuad_answers.json").read_text("utf-8"))
    return {
        one["file"]: [
            Asked(name, QUESTIONS[name], tuple(clause[:BEGINNING] for clause in ast.literal_eval(said["clauses"])))
            for name, said in one["questions"].items()
        ]
        for one in told
    }
