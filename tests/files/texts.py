"""What the sample documents say. The insurer, its customers and its figures are invented."""

INSURER = "Harbour & Hill Mutual Insurance"
POLICY_TITLE = "Motor Insurance Policy Wording"
HANDBOOK_TITLE = "Claims Handbook"

POLICY = [
    (
        "Part 1: What this policy covers",
        [
            (
                "1.1 Your contract",
                [
                    "This policy wording, your schedule and your certificate form one contract between you and "
                    "Harbour & Hill Mutual Insurance. Please read them together. Words printed in the schedule override this wording.",
                    "The contract runs for twelve months from the start date shown in your schedule and ends at midnight on the last day.",
                ],
            ),
            (
                "1.2 Liability to others",
                [
                    "We pay for injury to other people without a limit, and for damage to their property up to "
                    "20,000,000 euros for any one accident that involves your vehicle.",
                    "Legal costs that we have agreed in writing are covered in addition to these amounts.",
                ],
            ),
            (
                "1.3 Damage to your vehicle",
                [
                    "Under comprehensive cover we pay for loss of or damage to your vehicle caused by collision, fire, "
                    "theft, attempted theft, vandalism, storm, hail or flood.",
                    "Glass breakage is covered without a deductible when the glass is repaired, and with a deductible of "
                    "75 euros when it is replaced.",
                ],
            ),
            (
                "1.4 Roadside assistance",
                [
                    "If your vehicle cannot be driven, we send help at any hour and tow it to the nearest approved workshop. "
                    "Towing is covered up to 50 kilometres for each breakdown.",
                ],
            ),
        ],
    ),
    (
        "Part 2: Deductibles and limits",
        [
            (
                "2.1 Standard deductible",
                [
                    "The standard deductible is 500 euros for each claim for damage to your vehicle. You pay this amount "
                    "yourself, and we pay what remains.",
                    "If the driver is younger than 23 years, the deductible rises to 1,000 euros for each claim.",
                ],
            ),
            (
                "2.2 What your vehicle is worth",
                [
                    "We pay no more than the market value of your vehicle immediately before the loss. If your vehicle is a "
                    "total loss within 24 months of its first registration, we pay the price of a new one instead.",
                    "Personal belongings in the vehicle are covered up to 300 euros.",
                ],
            ),
            (
                "2.3 Hire car",
                [
                    "While your vehicle is being repaired after a covered claim, we provide a hire car of the smallest class "
                    "for up to 21 days.",
                ],
            ),
        ],
    ),
    (
        "Part 3: What is not covered",
        [
            (
                "3.1 General exclusions",
                [
                    "We do not pay for wear and tear, mechanical or electrical breakdown, or loss of value after a repair.",
                    "We do not pay for damage that happens while the vehicle is used for racing, for hire or reward, or for "
                    "the delivery of goods.",
                ],
            ),
            (
                "3.2 Alcohol and drugs",
                [
                    "There is no cover for damage to your vehicle if the driver was over the legal alcohol limit or under the "
                    "influence of drugs at the time of the accident.",
                ],
            ),
            (
                "3.3 Countries",
                [
                    "Cover applies in all member states of the European Union, in Norway, Iceland, Switzerland and the United "
                    "Kingdom. Elsewhere there is no cover unless your schedule says so.",
                ],
            ),
        ],
    ),
    (
        "Part 4: How to make a claim",
        [
            (
                "4.1 Reporting a claim",
                [
                    "You must report a claim to us within 14 days of the accident. Theft must be reported to the police "
                    "within 24 hours, and to us within 3 days.",
                    "You can report a claim in the customer portal, by telephone at any hour, or at one of our offices.",
                ],
            ),
            (
                "4.2 What we need from you",
                [
                    "Send us the completed claim form, photographs of the damage, and the names of all drivers and witnesses. "
                    "If the police attended, send us the reference number of their report.",
                    "Do not admit liability and do not repair the vehicle before we have agreed, except for what is needed to "
                    "make it safe.",
                ],
            ),
            (
                "4.3 When we pay",
                [
                    "We decide on a claim within 10 working days of receiving all documents. Payment follows within "
                    "5 working days of our decision.",
                    "Late payment carries interest of 4 percent a year, which we add without being asked.",
                ],
            ),
        ],
    ),
    (
        "Part 5: Ending the contract and complaints",
        [
            (
                "5.1 Your right to cancel",
                [
                    "You may cancel this policy within 30 days of receiving it and get back the whole premium, provided that "
                    "no claim has been made.",
                    "After that you may cancel at the end of each insurance year with one month of notice.",
                ],
            ),
            (
                "5.2 Our right to cancel",
                [
                    "We may cancel the policy with 14 days of notice if the premium is not paid, and at once in the case of fraud.",
                ],
            ),
            (
                "5.3 Complaints",
                [
                    "If you are not content with a decision, write to our complaints team. It answers within 15 working days. "
                    "After that you may turn to the insurance ombudsman free of charge.",
                ],
            ),
        ],
    ),
]

HANDBOOK = [
    (
        "Normal",
        "This handbook is for the claims teams of Harbour & Hill Mutual Insurance. It says who does what, and by when.",
    ),
    ("Heading 1", "Intake"),
    (
        "Normal",
        "Every claim receives a claim number on the day it arrives. The number has seven digits and keeps its leading zeros.",
    ),
    ("Normal", "The intake team confirms receipt to the customer within one working day."),
    ("Heading 1", "Assessment"),
    ("Normal", "Before an assessor is appointed, the handler checks these points in order:"),
    ("List Number", "The policy was in force on the day of the accident."),
    ("List Number", "The premium has been paid."),
    ("List Number", "The driver was entitled to drive the vehicle."),
    ("Heading 2", "When an assessor visits"),
    ("Normal", "An assessor inspects the vehicle in person when the estimated repair costs are above 3,000 euros."),
    ("Normal", "Below that amount photographs are enough, unless fraud is suspected."),
    ("Heading 1", "Approval"),
    ("Normal", "Who may approve a payment depends on its amount:"),
    (
        "Table",
        [
            ("Amount in euros", "Approved by", "Within"),
            ("up to 2,500", "Claims handler", "1 working day"),
            ("up to 25,000", "Team leader", "3 working days"),
            ("above 25,000", "Head of claims and a second approver", "5 working days"),
        ],
    ),
    ("Normal", "Nobody approves a payment on a claim that they have handled themselves."),
    ("Heading 1", "Signs of fraud"),
    ("List Bullet", "The policy was taken out less than 30 days before the accident."),
    ("List Bullet", "There are two or more claims within six months."),
    ("List Bullet", "The damage does not fit the description of the accident."),
    ("Normal", "A claim with two of these signs goes to the special investigation unit."),
]

CLAIMS = [
    ("claim_number", "policy_number", "reported", "peril", "postcode", "amount", "status"),
    ("0001207", "000451", "2026-01-09", "collision", "01067", "2380.50", "paid"),
    ("0001208", "000977", "2026-01-12", "glass", "20095", "312.00", "paid"),
    ("0001209", "000112", "2026-01-15", "theft", "04109", "18450.00", "in assessment"),
    ("0001210", "001034", "2026-01-19", "hail", "80331", "4120.75", "approved"),
    ("0001211", "000451", "2026-02-02", "collision", "01067", "6890.00", "under investigation"),
    ("0001212", "000623", "2026-02-03", "flood", "50667", "9275.20", "approved"),
    ("0001213", "000088", "2026-02-11", "vandalism", "06108", "1430.00", "paid"),
    ("0001214", "001201", "2026-02-17", "fire", "28195", "27600.00", "awaiting second approval"),
    ("0001215", "000312", "2026-02-24", "glass", "09111", "75.00", "rejected"),
    ("0001216", "000739", "2026-03-01", "collision", "99084", "3015.40", "in assessment"),
    ("0001217", "000990", "2026-03-08", "storm", "18055", "2210.00", "paid"),
    ("0001218", "000112", "2026-03-10", "collision", "04109", "5120.00", "reported"),
]
