"""Stage 11: accepted work as training documents and dataset versions.

`EXPORTERS` lists what goes into a demonstration's folder; a new form is a module and a line here.
"""

from codesight.exports import metadata, session, training
from codesight.exports.base import Exporter

EXPORTERS: tuple[Exporter, ...] = (training, session, metadata)
