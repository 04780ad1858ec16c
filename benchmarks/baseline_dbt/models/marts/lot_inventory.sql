select
    lots.lot_id,
    lots.sku_code,
    lots.lot_number,
    lots.received_date,
    coalesce(sum(moves.quantity), 0) as quantity_on_hand,
    row_number() over (partition by lots.sku_code order by lots.received_date, lots.lot_number) as fifo_rank
from {{ ref('lots') }} as lots
left join {{ ref('inventory_transactions') }} as moves
    on lots.sku_code = moves.sku_code and lots.lot_number = moves.lot_number
group by lots.lot_id, lots.sku_code, lots.lot_number, lots.received_date
