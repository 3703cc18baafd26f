"""The command line, where it is called as ``python -m meshmodel``."""

from meshmodel.cli import main

raise SystemExit(main())
