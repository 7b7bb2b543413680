"""Stage 8: the machine reads a submission. `ANALYSERS` lists the analysers; a new one is a module and a line."""

from codesight.analysis import steps, transcript
from codesight.analysis.base import Analyser

ANALYSERS: tuple[Analyser, ...] = (transcript, steps)
