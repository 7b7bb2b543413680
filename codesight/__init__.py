"""The domain of CodeSight: what happens to a web demonstration, stage by stage.

No Flask, no RQ and no network of its own. A stage knows the ones before it, never the ones after it.
"""

FLOW: dict[str, str] = {
    "accounts": "People sign in, with one role each.",
    "gigs": "The owner describes the work: packages, scenarios, waves with their budget and invitation links.",
    "workers": "A person follows an invitation, takes the first steps and becomes a worker with a level.",
    "assignments": "A worker claims a package: each scenario is reserved for them until a time.",
    "recordings": "A worker attempts a scenario: a recording session, and the submission it ends in.",
    "capture": "What the browser sends: events over the socket, screen and microphone as uploads.",
    "checks": "The machine looks at the quality of a submission and says in words what it found.",
    "analysis": "The machine reads a submission: navigation steps now, transcripts where a speech model is set.",
    "reviews": "A person watches the submission and rates it.",
    "payouts": "A rating becomes ledger entries, a due payout, a payment file and a paid worker.",
    "exports": "Accepted work becomes training documents and dataset versions.",
    "tuning": "A dataset version trains a model.",
    "reports": "What was reached, what it cost, and whether the books balance.",
}
"""The stages in the order of the flow, which is the order of import; each is a folder of this package."""
