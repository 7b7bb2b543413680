"""Is there a video, does it play to its end, and is it long enough?"""

from collections.abc import Iterator

from codesight.adapters.media import MediaInfo, MediaProblem
from codesight.checks.base import CheckResult, Finding, SubmissionFacts, concluded, minutes

NAME = "video_length"
TITLE = "The video is complete and long enough"

ROUNDING_S = 1.0  # a timer that shows 5:00 may have stopped a moment before
EVENTS_GRACE_S = 10.0  # clicks on the way back to the recorder come after the last picture


def check(facts: SubmissionFacts) -> CheckResult:
    """Flags a video that is missing, empty, unreadable, damaged, too short, or ends long before the events
    do."""
    if facts.video is None:
        return concluded([_absent(facts.video_problem)])
    if not facts.video.has_video:
        return concluded([_absent("no_video")])
    return concluded(_complaints(facts, facts.video))


def _absent(problem: str | None) -> Finding:
    match problem:
        case None | "missing_file":
            return Finding("video_missing", "There is no screen recording. Please record the scenario again.")
        case "empty_file":
            return Finding(
                "video_empty",
                "The screen recording arrived empty, with no bytes in it. Please record the scenario "
                "again and wait until the upload is shown as complete.",
            )
        case _:
            return Finding(
                "video_unreadable",
                "The file that arrived as the screen recording cannot be played. Please record again in the "
                "recorder, in a current Chrome, Edge or Firefox.",
                {"problem": problem},
            )


def _complaints(facts: SubmissionFacts, video: MediaInfo) -> Iterator[Finding]:
    if video.truncated:
        yield Finding(
            "video_truncated",
            f"The end of the video did not arrive; {minutes(video.duration_s)} of it could be saved. "
            f"If your browser still holds the recording, open the scenario again to finish the upload.",
            {"saved_s": round(video.duration_s, 1)},
        )
    elif video.problem in {MediaProblem.CLOCK_RESTARTS, MediaProblem.GAPS}:
        yield Finding(
            "video_damaged",
            "A part of the video is missing in the middle. A reviewer will see whether the rest is enough.",
            {"problem": str(video.problem)},
        )
    if video.duration_s < facts.minimum_seconds - ROUNDING_S:
        yield Finding(
            "video_too_short",
            f"The video is {minutes(video.duration_s)} long; at least "
            f"{minutes(facts.minimum_seconds)} are needed. Take your time to look around and compare "
            f"before you stop.",
            {"duration_s": round(video.duration_s, 1), "minimum_s": facts.minimum_seconds},
        )
    last_s = max((event.t_ms for event in facts.events), default=0.0) / 1000
    if last_s > video.duration_s + EVENTS_GRACE_S:
        yield Finding(
            "video_ends_before_events",
            f"You went on shopping for {minutes(last_s - video.duration_s)} after the video ended. "
            f"Please keep sharing the screen until you are done, and stop in the recorder.",
            {"duration_s": round(video.duration_s, 1), "last_event_s": round(last_s, 1)},
        )
