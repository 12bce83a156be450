"""The merchant's settings of the trunk, for reading. A plugin keeps its own settings apart."""

from core.settings.rules import BindingPolicy, StoreSettings
from core.settings.services import load_settings

__all__ = ["BindingPolicy", "StoreSettings", "load_settings"]
