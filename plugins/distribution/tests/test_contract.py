from core.api.testing.contract import PluginContract
from plugins.distribution.rules import Joining
from plugins.distribution.services.programmes import publish_plan


class TestContract(PluginContract):
    plugin = "distribution"

    def prepare(self, shop, maker):
        with shop.database.write() as session:
            publish_plan(
                session,
                depth=3,
                rates_bps=(1000, 500, 200),
                pool_bps=3000,
                joining=Joining.EVERYONE,
                actor="test",
                actor_name="店主",
                acknowledged=True,
            )
