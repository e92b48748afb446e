"""What the assistant knows: content, the finder, safety, rendering. Pure: reads content/ once, then no I/O."""
