//! Things with a plug or a battery.

use super::{Drawing, floating, standing};

pub(crate) static PHONE: Drawing = floating(
    "<rect x='128' y='70' width='144' height='260' rx='28' fill='$m'/>\
     <rect x='136' y='78' width='128' height='244' rx='22' fill='none' stroke='$l' stroke-width='3' opacity='.6'/>\
     <rect x='146' y='90' width='62' height='62' rx='18' fill='$d'/><g fill='$k'><circle cx='164' cy='108' r='11'/>\
     <circle cx='190' cy='134' r='11'/></g><circle cx='190' cy='108' r='5' fill='$w'/>\
     <circle cx='200' cy='226' r='36' fill='none' stroke='$l' stroke-width='7'/>\
     <path d='M200 272v22' stroke='$l' stroke-width='7' stroke-linecap='round'/>\
     <rect x='270' y='140' width='6' height='44' rx='3' fill='$e'/>",
);

pub(crate) static CHARGER: Drawing = floating(
    "<path d='M168 80h16v56h-16zM216 80h16v56h-16z' fill='$s'/><rect x='122' y='128' width='156' height='150' rx='30' fill='$m'/>\
     <path d='M240 128h8c20 0 30 12 30 30v90c0 20-10 30-30 30h-30c16-6 22-14 22-30z' fill='$d'/>\
     <rect x='166' y='232' width='46' height='17' rx='8.500' fill='$k'/><path d='M196 158l-26 38h20l-8 26 28-40h-20z' fill='$a'/>\
     <path d='M190 278v30c0 20 60 20 60 0' fill='none' stroke='$e' stroke-width='9'/>",
);

pub(crate) static CABLE: Drawing = floating(
    "<circle cx='200' cy='204' r='86' fill='none' stroke='$d' stroke-width='15'/>\
     <circle cx='200' cy='204' r='64' fill='none' stroke='$m' stroke-width='15'/>\
     <path d='M130 154c-24-20-30-40-26-66M270 154c24-20 30-40 26-66' fill='none' stroke='$m' stroke-width='13'/>\
     <rect x='88' y='58' width='32' height='42' rx='6' fill='$k'/><rect x='280' y='58' width='32' height='42' rx='6' fill='$k'/>\
     <path d='M96 42h16v18H96zM288 42h16v18h-16z' fill='$s'/><rect x='186' y='262' width='28' height='44' rx='6' fill='$a'/>",
);

pub(crate) static HEADPHONES: Drawing = floating(
    "<path d='M104 236c-10-178 202-178 192 0' fill='none' stroke='$d' stroke-width='18'/>\
     <path d='M128 150c28-54 116-54 144 0' fill='none' stroke='$l' stroke-width='8' stroke-linecap='round'/>\
     <rect x='80' y='208' width='60' height='104' rx='28' fill='$m'/><rect x='260' y='208' width='60' height='104' rx='28' fill='$m'/>\
     <rect x='128' y='220' width='24' height='80' rx='12' fill='$e'/><rect x='248' y='220' width='24' height='80' rx='12' fill='$e'/>\
     <circle cx='104' cy='260' r='10' fill='$a'/><circle cx='296' cy='260' r='10' fill='$a'/>",
);

pub(crate) static SPEAKER: Drawing = standing(
    "<rect x='122' y='84' width='156' height='236' rx='22' fill='$m'/>\
     <path d='M250 84h6c14 0 22 8 22 22v192c0 14-8 22-22 22h-22c12-4 16-12 16-22z' fill='$d'/>\
     <circle cx='196' cy='232' r='54' fill='$k'/><circle cx='196' cy='232' r='38' fill='$e'/><circle cx='196' cy='232' r='14' fill='$l'/>\
     <circle cx='196' cy='132' r='26' fill='$k'/><circle cx='196' cy='132' r='10' fill='$l'/><circle cx='238' cy='104' r='4' fill='$a'/>",
);

pub(crate) static KEYBOARD: Drawing = floating(
    "<g transform='rotate(-7 200 200)'><rect x='56' y='138' width='288' height='130' rx='16' fill='$m'/>\
     <path d='M56 250h288v6c0 10-6 16-16 16H72c-10 0-16-6-16-16z' fill='$d'/>\
     <path d='M72 164h256M72 192h256M72 220h38M250 220h78' stroke='$l' stroke-width='20' stroke-dasharray='22 4'/>\
     <path d='M116 220h126' stroke='$l' stroke-width='20'/><path d='M72 164h22M302 192h26' stroke='$a' stroke-width='20'/></g>",
);

pub(crate) static LAPTOP: Drawing = standing(
    "<rect x='92' y='122' width='216' height='156' rx='14' fill='$k'/><rect x='104' y='134' width='192' height='130' rx='4' fill='$l'/>\
     <path d='M104 264v-50l60-44 52 44 34-24 46 36v38z' fill='$m'/><circle cx='258' cy='164' r='14' fill='$w'/>\
     <path d='M58 280h284l14 26c2 8-4 14-12 14H56c-8 0-14-6-12-14z' fill='$s'/><path d='M160 280h80l4 12h-88z' fill='$k' opacity='.3'/>",
);

pub(crate) static DRILL: Drawing = standing(
    "<path d='M70 146h60v12H70z' fill='$s'/><path d='M118 130h40v44h-40z' fill='$k'/>\
     <path d='M152 108h136c26 0 36 16 36 40s-12 42-36 42H152z' fill='$m'/>\
     <path d='M288 108c26 0 36 16 36 40s-12 42-36 42h-14v-82z' fill='$k'/><path d='M226 188h64l14 82h-60z' fill='$d'/>\
     <path d='M222 190h10l4 40h-16z' fill='$k'/><rect x='216' y='266' width='112' height='54' rx='10' fill='$k'/>\
     <path d='M230 284h84' stroke='$m' stroke-width='7'/>\
     <path d='M172 130h70M172 146h50' stroke='$l' stroke-width='6' stroke-linecap='round'/>",
);

pub(crate) static TORCH: Drawing = floating(
    "<g transform='rotate(-32 200 200)'><path d='M262 168l90-50v164l-90-50z' fill='#fff3c4' opacity='.7'/>\
     <path d='M216 172l48-26v108l-48-26z' fill='$d'/><rect x='258' y='144' width='15' height='112' rx='6' fill='$k'/>\
     <rect x='72' y='170' width='148' height='60' rx='12' fill='$m'/>\
     <path d='M92 170v60M108 170v60M124 170v60' stroke='$e' stroke-width='6' opacity='.6'/>\
     <rect x='160' y='160' width='34' height='16' rx='6' fill='$a'/></g>",
);
