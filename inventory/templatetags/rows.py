"""`{% stock_row row %}` and `{% movement_row movement %}`: the partials, drawn once and kept."""

from django import template

from inventory.drawn import movement_row_html, stock_row_html

register = template.Library()
register.simple_tag(stock_row_html, name="stock_row")
register.simple_tag(movement_row_html, name="movement_row")
