"""Stage 7: the machine looks at the quality of a submission.

`CHECKS` lists the checks; a new one is a module and a line here.
"""

from codesight.checks import goal_attempt, natural_behaviour, speech, video_length
from codesight.checks.base import Check

CHECKS: tuple[Check, ...] = (video_length, speech, goal_attempt, natural_behaviour)
