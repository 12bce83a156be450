"""The example plugin as pip would have installed it."""

from pathlib import Path

from core.config import ROOT

FOLDER = ROOT / "docs" / "plugins" / "example"
NAME = "by_hand"


def lay_out(site: Path) -> Path:
    """Write what ``pip install docs/plugins/example`` leaves for Banyan to find; returns it."""
    info = site / "banyan_by_hand-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: banyan-by-hand\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text(f"[banyan.plugins]\n{NAME} = banyan_by_hand\n")
    return site
