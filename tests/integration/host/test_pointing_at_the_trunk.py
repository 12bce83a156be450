"""A plugin's tables may point at any table of the trunk, whatever else was imported before."""

import subprocess
import sys

from core.config import ROOT
from tests.integration.host.breakages import plugin

MODELS = """
from uuid import UUID
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column
from core.api.db import Base

class Seen(Base):
    __tablename__ = "plugin_points_seen"
    order_id: Mapped[UUID] = mapped_column(sa.ForeignKey("shop_order.id"), primary_key=True)
"""


def test_a_plugin_that_imports_nothing_of_orders_may_point_at_them(tmp_path):
    plugin("points", "from plugins.points import models", models=MODELS)(tmp_path)
    boot = [sys.executable, "-m", "core.api.testing.alone", "points", str(tmp_path)]

    done = subprocess.run(boot, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")
