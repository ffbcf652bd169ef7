"""`python -m stageflow_guard VERB` is `stageflow-guard VERB`."""

from stageflow_guard.cli import main

raise SystemExit(main())
