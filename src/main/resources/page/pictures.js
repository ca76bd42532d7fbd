// The pictures of the products, drawn: a patchwork as Koreans sew it, jogakbo, and before it the thing itself.
import { svg } from './dom.js';

/** By a word of the English name; the drawing is 120 wide and 90 high. The first path is filled, the second one is its lines. */
const THINGS = [
  ['Hoodie', 'M44 26 60 34 76 26 92 40 86 58 80 54V76H40V54L34 58 28 40Z', 'M50 25Q60 6 70 25M56 36V50M64 36V50M48 62H72'],
  ['T-shirt', 'M46 20Q60 30 74 20L94 34 86 48 79 43V74H41V43L34 48 26 34Z', 'M46 20Q60 36 74 20'],
  ['Denim', 'M44 20H76L92 30 86 66H79V44V74H41V44V66H34L28 30Z', 'M60 22V74M47 36H56V46H47ZM64 36H73V46H64ZM52 20 60 30 68 20'],
  ['Trousers', 'M42 14H78L86 78H66L60 36 54 78H34Z', 'M42 22H78M60 22V36'],
  ['Cardigan', 'M46 18H74L92 32 86 68H79V44V76H41V44V68H34L28 32Z', 'M46 18 60 48 74 18M60 48V76M64 56V56.500M64 66V66.500'],
  ['Tote', 'M38 34H82L86 78H34Z', 'M48 44V28Q48 14 60 14T72 28V44'],
  ['Shoes', 'M24 50 42 34Q50 48 66 50L92 56Q98 58 98 68H24Z', 'M24 62H98M48 44 55 38M55 47 62 41'],
  ['Cap', 'M34 54Q34 24 60 24T86 54Q98 54 104 62 84 60 34 60Z', 'M60 24V20M34 54H86M60 26Q50 38 50 54M60 26Q70 38 70 54'],
  ['Scarf', 'M46 16H74V34L70 40V78H56V42L46 34Z', 'M46 34Q60 42 74 34M59 78V84M63 78V84M67 78V84'],
  ['Tumbler', 'M46 26H74L70 80H50Z', 'M44 18H76V26H44ZM48 40H72M49 58H71'],
  ['Mug', 'M38 28H74V62Q74 74 62 74H50Q38 74 38 62Z', 'M74 36H80Q90 36 90 46T80 58H74M50 20Q46 14 50 8M60 20Q56 14 60 8'],
  ['Earphones', 'M36 32Q36 20 46 20T56 32 48 43V70H42V44Q36 40 36 32ZM84 32Q84 20 74 20T64 32 72 43V70H78V44Q84 40 84 32Z', 'M42 30H48M72 30H78'],
  ['Keyboard', 'M20 32H100V66H20Z', 'M28 40H34M42 40H48M56 40H62M70 40H76M84 40H92M28 49H36M44 49H50M58 49H64M72 49H78M86 49H92M36 58H84'],
  ['Lamp', 'M62 18 86 34 70 50 54 30Z', 'M58 36 42 52 54 74M38 76H72M78 48 84 56M86 42 94 46'],
  ['Backpack', 'M40 32Q40 20 60 20T80 32V78H40Z', 'M52 20Q52 12 60 12T68 20M48 52H72V70H48ZM40 42H80M48 58H72'],
  ['Mat', 'M30 54Q30 42 42 42H90V66H42Q30 66 30 54Z', 'M42 42Q52 42 52 54T42 66M42 48Q46 48 46 54T42 60 38 54 42 48'],
  ['Chair', 'M40 20H82L78 54H44Z', 'M44 54 38 80M78 54 84 80M40 66H82M36 40H46M76 40H88'],
  ['Candle', 'M44 44H76V78H44Z', 'M60 44V34M60 34Q52 26 60 14 68 26 60 34ZM44 54Q52 60 60 54T76 54'],
  ['Hand Cream', 'M36 30H52V70H36ZM58 30H72V70H58ZM78 36H90V70H78Z', 'M39 22H49V30H39ZM61 22H69V30H61ZM80 30H88V36H80ZM36 44H52M58 44H72M78 50H90'],
  ['Umbrella', 'M24 48Q26 20 60 18 94 20 96 48 88 42 78 48 68 42 60 48 52 42 42 48 32 42 24 48Z', 'M60 12V18M60 48V72Q60 80 52 80T46 74'],
  ['Moon Jar', 'M52 18H68V24Q90 30 90 50T68 74V78H52V74Q30 70 30 50T52 24Z', 'M52 24H68M40 40Q36 50 42 60'],
];
const BOX = ['M34 34 60 24 86 34V66L60 78 34 66Z', 'M34 34 60 46 86 34M60 46V78'];

/** Each id has its own patchwork, always the same. */
function patches(seed) {
  let state = (seed * 2654435761) >>> 0;
  const random = () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const rectangles = [];
  const cut = (x, y, width, height, depth) => {
    if (depth === 0 || (depth < 3 && random() < 0.2)) {
      rectangles.push([x, y, width, height]);
      return;
    }
    const at = 0.3 + random() * 0.4;
    if (width > height * (0.7 + random() * 0.6)) {
      cut(x, y, width * at, height, depth - 1);
      cut(x + width * at, y, width * (1 - at), height, depth - 1);
    } else {
      cut(x, y, width, height * at, depth - 1);
      cut(x, y + height * at, width, height * (1 - at), depth - 1);
    }
  };
  cut(0, 0, 120, 90, 4);
  const tone = Math.floor(random() * 6);
  return rectangles.map(([x, y, width, height]) => svg('rect', {
    x: x.toFixed(1), y: y.toFixed(1), width: width.toFixed(1), height: height.toFixed(1),
    class: `patch${(tone + Math.floor(random() * random() * 6)) % 6}`,
  }));
}

/** For eyes only: the name stands beside it. */
export function picture(id, name) {
  const [, filled, lines] = THINGS.find(([word]) => name.includes(word)) ?? ['', ...BOX];
  return svg('svg', { 'viewBox': '0 0 120 90', 'class': 'picture', 'aria-hidden': 'true', 'preserveAspectRatio': 'xMidYMid slice' },
    ...patches(id), svg('path', { class: 'thing', d: filled }), svg('path', { class: 'stroke', d: lines }));
}
