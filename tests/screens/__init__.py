"""Pictures of the page."""

from streamlit.logger import get_logger

# Streamlit warns for each cache of the views that no server runs.
get_logger("streamlit.runtime.caching.cache_data_api").setLevel("ERROR")
