-- What a product lacks is three kinds more, a bit each: 8 a text for one of its pictures, 16 tags, 32 a description of more than a few
-- words: one of 120 characters or more, the white space around it left out. Bit 1 says already that there is none at all.
-- Rows that do not change are not written; those that do get no change number, as nobody has changed the product.

-- What the program takes for white space at the ends of a text: Unicode's White_Space, where the engine alone takes spaces.
WITH white (space) AS (
    VALUES (char(9, 10, 11, 12, 13, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199, 8200, 8201, 8202, 8232, 8233, 8239, 8287, 12288))
),
lacking (of_key, more) AS (
    SELECT
        key,
        CASE WHEN EXISTS (SELECT 1 FROM images WHERE product_key = key AND trim(alt, space) = '') THEN 8 ELSE 0 END
        | CASE WHEN tags = '[]' THEN 16 ELSE 0 END
        | CASE WHEN missing & 1 = 0 AND length(trim(description, space)) < 120 THEN 32 ELSE 0 END
    FROM products, white
)
UPDATE products SET missing = missing | more FROM lacking WHERE key = of_key AND more <> 0;
