"""Stage: what people write to each other, on a recording, to a group of workers, and to whom they invite."""
