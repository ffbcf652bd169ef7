"""`python -m stageflow_guard.testing serve | mint`."""

from stageflow_guard.testing.command import main

raise SystemExit(main())
