//! Clothes, shoes and what is worn with them.

use super::{Drawing, floating, standing};

pub(crate) static SHIRT: Drawing = floating(
    "<path d='M150 105l-62 38 24 54 26-12v115h124V185l26 12 24-54-62-38c-12 22-88 22-100 0z' fill='$m'/>\
     <path d='M150 105c12 22 88 22 100 0l-10-6c-10 14-70 14-80 0z' fill='$d'/>\
     <path d='M138 185v115h22V176zM262 185v115h-22V176z' fill='$d' opacity='.35'/>\
     <rect x='216' y='182' width='30' height='34' rx='3' fill='$d' opacity='.5'/>",
);

pub(crate) static JUMPER: Drawing = floating(
    "<path d='M152 104c-40 10-58 30-64 80l-8 96h36l14-76v96h140v-96l14 76h36l-8-96c-6-50-24-70-64-80-14 18-82 18-96 0z' fill='$m'/>\
     <path d='M152 104c14 18 82 18 96 0l-8-10c-12 12-68 12-80 0z' fill='$d'/>\
     <path d='M130 284h140v18H130zM78 270h39v14H77zM283 270h39l1 14h-40z' fill='$d'/>\
     <path d='M170 140v136M200 146v130M230 140v136' stroke='$d' stroke-width='7' stroke-dasharray='9 7' opacity='.5'/>",
);

pub(crate) static DRESS: Drawing = floating(
    "<path d='M166 92h14c6 22 34 22 40 0h14l6 86 46 124c-50 18-122 18-172 0l46-124z' fill='$m'/>\
     <path d='M160 178h80l2 14h-84z' fill='$e'/>\
     <path d='M180 192l-26 112M200 192v122M220 192l26 112' stroke='$d' stroke-width='5' opacity='.6' fill='none'/>",
);

pub(crate) static TROUSERS: Drawing = floating(
    "<path d='M146 88h108l18 220h-50l-22-150-22 150h-50z' fill='$m'/><path d='M146 88h108l2 20H144z' fill='$d'/>\
     <path d='M200 108v50M150 124q22 4 24-16M250 124q-22 4-24-16' stroke='$e' stroke-width='4' fill='none' opacity='.6'/>\
     <path d='M128 308l2-14h49l-1 14zM222 308l-1-14h49l2 14z' fill='$d'/>",
);

pub(crate) static JACKET: Drawing = floating(
    "<path d='M154 92c-36 8-54 26-60 70l-10 120h36l12-84v106h136V198l12 84h36l-10-120c-6-44-24-62-60-70z' fill='$m'/>\
     <path d='M154 92l46 30 46-30 12 12-40 46-18-20-18 20-40-46z' fill='$d'/><path d='M200 130v174' stroke='$e' stroke-width='5'/>\
     <rect x='148' y='230' width='36' height='40' rx='4' fill='$d'/><rect x='216' y='230' width='36' height='40' rx='4' fill='$d'/>\
     <g fill='$a'><circle cx='211' cy='170' r='5'/><circle cx='211' cy='205' r='5'/><circle cx='211' cy='285' r='5'/></g>",
);

pub(crate) static SOCKS: Drawing = floating(
    "<path d='M214 84h62v128c0 14-6 22-16 30l-54 42c-22 14-52-14-36-36l44-48z' fill='$d'/>\
     <path d='M134 96h62v128c0 14-6 22-16 30l-54 42c-22 14-52-14-36-36l44-48z' fill='$m'/><path d='M134 96h62v24h-62z' fill='$a'/>\
     <path d='M90 260c-12 24 12 46 36 36l6-5z' fill='$a'/><path d='M134 140h62v10h-62zM134 164h62v10h-62z' fill='$l'/>",
);

pub(crate) static HAT: Drawing = floating(
    "<circle cx='200' cy='106' r='24' fill='$l'/><path d='M104 250c-4-92 36-138 96-138s100 46 96 138z' fill='$m'/>\
     <path d='M150 130v110M184 116v124M216 116v124M250 130v110' stroke='$d' stroke-width='7' opacity='.6'/>\
     <rect x='94' y='232' width='212' height='54' rx='14' fill='$d'/>",
);

pub(crate) static GLOVE: Drawing = floating(
    "<path d='M134 300v-78l-38-44c-10-14 8-30 22-18l26 24-8-76c0-18 24-20 28-2l10 60 4-72c2-18 28-18 28 0l4 72 14-62c6-16 28-12 26 6l-10 80 10-30c6-14 26-8 24 6l-24 76v58z' fill='$m'/>\
     <path d='M146 216q40-20 88 0v34q-44 18-88 0z' fill='$e' opacity='.5'/>\
     <rect x='130' y='282' width='124' height='32' rx='6' fill='$e'/>",
);

pub(crate) static SHOE: Drawing = standing(
    "<path d='M78 296c-8-40-2-72 6-92 20 14 44 12 62-4 30 44 62 62 124 68 34 4 54 14 54 38v6H80z' fill='$m'/>\
     <path d='M270 268c34 4 54 14 54 38h-74c0-18 6-32 20-38z' fill='$l'/>\
     <path d='M72 298h254v10c0 10-6 14-16 14H88c-12 0-16-8-16-24z' fill='$w'/>\
     <path d='M150 214l-22 22M168 234l-20 24M190 250l-16 24M214 260l-12 22' stroke='$w' stroke-width='7' stroke-linecap='round'/>\
     <path d='M80 230c20 8 34 24 36 66H78c-4-24-3-46 2-66z' fill='$d'/>",
);

pub(crate) static BOOT: Drawing = standing(
    "<path d='M108 104h92v112c22 30 50 36 82 44 26 8 36 22 36 46H108z' fill='$m'/><path d='M108 104h92v26h-92z' fill='$d'/>\
     <path d='M108 226c26 8 40 34 40 80h-40z' fill='$d'/><path d='M156 148h44v60q-40-20-44-60z' fill='$e' opacity='.6'/>\
     <path d='M100 302h222v18h-112l-8-6h-50v8h-52z' fill='$k'/>",
);

pub(crate) static SANDAL: Drawing = standing(
    "<path d='M66 280c30-12 84 2 132-6 60-10 112-6 132 16 8 18-6 30-34 30H102c-30 0-44-16-36-40z' fill='$t'/>\
     <path d='M62 296h272c0 16-14 24-38 24H102c-24 0-38-8-40-24z' fill='$k'/>\
     <path d='M158 292c6-50 38-86 76-86 40 0 70 38 76 86z' fill='$m'/><path d='M158 292c6-50 38-86 76-86-26 12-44 46-46 86z' fill='$d'/>\
     <path d='M196 290c4-34 20-60 44-70' fill='none' stroke='$l' stroke-width='4' stroke-dasharray='7 5'/>\
     <rect x='252' y='226' width='30' height='24' rx='5' fill='$a' transform='rotate(38 267 238)'/>",
);

pub(crate) static BAG: Drawing = standing(
    "<path d='M150 190c0-112 100-112 100 0' fill='none' stroke='$e' stroke-width='10'/><path d='M104 178h192l18 142H86z' fill='$m'/>\
     <path d='M104 178h192l3 26H101z' fill='$d'/><rect x='178' y='228' width='44' height='30' rx='5' fill='$l'/>\
     <path d='M92 292h216l4 28H86z' fill='$d' opacity='.6'/>",
);

pub(crate) static BACKPACK: Drawing = standing(
    "<path d='M168 110c0-34 64-34 64 0' fill='none' stroke='$e' stroke-width='10'/>\
     <path d='M108 190c0-70 40-90 92-90s92 20 92 90v106c0 16-8 24-24 24H132c-16 0-24-8-24-24z' fill='$m'/>\
     <rect x='130' y='226' width='140' height='84' rx='16' fill='$d'/><path d='M130 250h140' stroke='$l' stroke-width='5'/>\
     <path d='M126 176c20 14 128 14 148 0' stroke='$e' stroke-width='6' fill='none'/>\
     <rect x='186' y='168' width='28' height='40' rx='5' fill='$a'/><rect x='94' y='236' width='22' height='70' rx='10' fill='$d'/>\
     <rect x='284' y='236' width='22' height='70' rx='10' fill='$d'/>",
);

pub(crate) static WALLET: Drawing = floating(
    "<rect x='104' y='120' width='170' height='60' rx='8' fill='$a'/><rect x='88' y='138' width='224' height='146' rx='14' fill='$m'/>\
     <rect x='98' y='148' width='204' height='126' rx='8' fill='none' stroke='$l' stroke-width='3' stroke-dasharray='8 5'/>\
     <path d='M238 190h74v46h-74c-28 0-28-46 0-46z' fill='$d'/><circle cx='244' cy='213' r='8' fill='$a'/>",
);

pub(crate) static BELT: Drawing = floating(
    "<circle cx='200' cy='200' r='92' fill='none' stroke='$d' stroke-width='30'/>\
     <path d='M108 200a92 92 0 0 0 184 0' fill='none' stroke='$m' stroke-width='34'/>\
     <circle cx='200' cy='200' r='92' fill='none' stroke='$l' stroke-width='2' stroke-dasharray='7 6' opacity='.7'/>\
     <rect x='164' y='262' width='72' height='60' rx='10' fill='none' stroke='#d9b25f' stroke-width='11'/>\
     <path d='M200 266v50' stroke='#b98f3e' stroke-width='8'/>",
);

pub(crate) static WATCH: Drawing = floating(
    "<path d='M168 76h64l10 74h-84zM158 250h84l-10 74h-64z' fill='$m'/><path d='M182 292h36M182 306h36' stroke='$d' stroke-width='5'/>\
     <circle cx='200' cy='200' r='78' fill='$s'/><circle cx='200' cy='200' r='64' fill='$w'/>\
     <g stroke='$k' stroke-width='5' stroke-linecap='round'>\
     <path d='M200 200v-40M200 200l26 18M200 144v8M200 248v8M144 200h8M248 200h8'/></g><circle cx='200' cy='200' r='6' fill='$a'/>\
     <rect x='276' y='190' width='14' height='20' rx='4' fill='$s'/>",
);

pub(crate) static GLASSES: Drawing = floating(
    "<path d='M82 180l-24-40M318 180l24-40' stroke='$d' stroke-width='10' stroke-linecap='round'/>\
     <path d='M182 200q18-20 36 0' fill='none' stroke='$m' stroke-width='12'/>\
     <rect x='76' y='164' width='112' height='92' rx='42' fill='$m'/><rect x='212' y='164' width='112' height='92' rx='42' fill='$m'/>\
     <rect x='88' y='176' width='88' height='68' rx='32' fill='$e'/><rect x='224' y='176' width='88' height='68' rx='32' fill='$e'/>\
     <path d='M104 216l34-32M240 216l34-32' stroke='$w' stroke-width='8' opacity='.35' stroke-linecap='round'/>",
);
