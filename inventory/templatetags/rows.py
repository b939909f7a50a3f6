"""`{% stock_row row %}`, `{% movement_row movement %}`, `{% location_tile tile %}`: the partials,
drawn once and kept."""

from django import template

from inventory.drawn import location_tile_html, movement_row_html, stock_row_html

register = template.Library()
register.simple_tag(stock_row_html, name="stock_row")
register.simple_tag(movement_row_html, name="movement_row")
register.simple_tag(location_tile_html, name="location_tile")
