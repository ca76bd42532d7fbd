-- 300 products: 20 things in 15 lines, each combination once. The walk-through of the README counts
-- on product 1 at 29,000 won and product 2 at 12,000 won.
-- How well each sells is its rank, 0 to 299, spread over the ids; the last eight are not on sale.
WITH lines AS (
  SELECT ko, en, no - 1 AS no
  FROM unnest(
    ARRAY['서울', '한강', '제주', '북촌', '데일리', '클래식', '빈티지', '어반', '미니멀', '프리미엄',
          '소프트', '모던', '시그니처', '에브리데이', '리미티드'],
    ARRAY['Seoul', 'Hangang', 'Jeju', 'Bukchon', 'Daily', 'Classic', 'Vintage', 'Urban', 'Minimal', 'Premium',
          'Soft', 'Modern', 'Signature', 'Everyday', 'Limited'])
    WITH ORDINALITY AS line (ko, en, no)),
things AS (
  SELECT ko, en, about_ko, about_en, price, no - 1 AS no
  FROM (VALUES
    (1, '오버핏 후디', 'Oversized Hoodie', '도톰한 기모 안감', 'brushed inside', 29000),
    (2, '코튼 티셔츠', 'Cotton T-shirt', '비치지 않는 20수 면', 'dense combed cotton', 12000),
    (3, '데님 재킷', 'Denim Jacket', '워싱 처리한 셀비지 데님', 'washed selvedge denim', 69000),
    (4, '와이드 팬츠', 'Wide Trousers', '구김이 적은 혼방 소재', 'a blend that hardly creases', 39000),
    (5, '니트 가디건', 'Knit Cardigan', '부드러운 메리노 울', 'soft merino wool', 54000),
    (6, '캔버스 토트백', 'Canvas Tote', '14온스 캔버스', '14 oz canvas', 19000),
    (7, '러닝화', 'Running Shoes', '가벼운 쿠션 밑창', 'a light cushioned sole', 89000),
    (8, '볼캡', 'Ball Cap', '조절 가능한 뒷밴드', 'an adjustable strap', 17000),
    (9, '울 머플러', 'Wool Scarf', '넉넉한 폭과 길이', 'generous in width and length', 34000),
    (10, '보온 텀블러', 'Insulated Tumbler', '여섯 시간 보온', 'warm for six hours', 24000),
    (11, '도자기 머그', 'Stoneware Mug', '손으로 바른 유약', 'glazed by hand', 15000),
    (12, '무선 이어폰', 'Wireless Earphones', '한 번 충전에 여덟 시간', 'eight hours on a charge', 119000),
    (13, '기계식 키보드', 'Mechanical Keyboard', '조용한 적축', 'quiet red switches', 98000),
    (14, '데스크 램프', 'Desk Lamp', '밝기 다섯 단계', 'five levels of brightness', 45000),
    (15, '여행용 백팩', 'Travel Backpack', '기내 반입이 되는 30리터', '30 litres, fits the cabin', 79000),
    (16, '요가 매트', 'Yoga Mat', '미끄럽지 않은 6mm', '6 mm, does not slip', 28000),
    (17, '캠핑 의자', 'Camping Chair', '접으면 한 손에', 'folds to fit one hand', 42000),
    (18, '향초', 'Scented Candle', '마흔 시간 타는 소이 왁스', 'soy wax for forty hours', 22000),
    (19, '핸드크림 세트', 'Hand Cream Set', '세 가지 향', 'three scents', 18000),
    (20, '자동 우산', 'Automatic Umbrella', '버튼 하나로', 'opens at a button', 25000))
    AS thing (no, ko, en, about_ko, about_en, price))
INSERT INTO products (id, name, description, price, on_sale, created_at)
SELECT
  id,
  format('%s %s / %s %s', lines.ko, things.ko, lines.en, things.en),
  format('%s 라인의 %s: %s. / The %s of the %s line: %s.',
    lines.ko, things.ko, things.about_ko, lower(things.en), lines.en, things.about_en),
  things.price + (id - 1) / 20 * 1000,
  (id - 1) * 77 % 300 < 292,
  now() - interval '30 days' + id * interval '1 hour'
FROM generate_series(1, 300) AS id
JOIN things ON things.no = (id - 1) % 20
JOIN lines ON lines.no = ((id - 1) / 20 * 7 + (id - 1) % 20) % 15
ORDER BY id;

ALTER TABLE products ALTER COLUMN id RESTART WITH 301;
