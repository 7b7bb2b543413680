"""The books and the dashboards."""
