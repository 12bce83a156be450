from core.api.testing.contract import PluginContract


class TestContract(PluginContract):
    plugin = "member_pricing"
    requires = ("membership",)
