"""The loader that reads our YAML files: plain values only, whatever stands in them."""

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]  # PyYAML without libyaml: slower, and the same to us

__all__ = ["SafeLoader"]
