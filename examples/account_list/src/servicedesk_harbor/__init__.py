"""Harbor connector for servicedesk."""

from servicedesk_harbor.connector import Harbor

__all__ = ["Harbor"]
