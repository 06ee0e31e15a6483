//! Tools, pens and brushes.

use super::{Drawing, floating, standing};

pub(crate) static HAMMER: Drawing = floating(
    "<g transform='rotate(36 200 200)'><rect x='186' y='128' width='28' height='130' rx='6' fill='$t'/>\
     <rect x='182' y='222' width='36' height='116' rx='14' fill='$m'/>\
     <path d='M182 244h36M182 264h36M182 284h36M182 304h36' stroke='$d' stroke-width='6'/>\
     <path d='M132 84h92c28 0 44 14 58 44-24-18-40-20-58-12v22h-48v-16h-44z' fill='$s'/>\
     <rect x='118' y='78' width='26' height='50' rx='5' fill='$k'/></g>",
);

pub(crate) static SCREWDRIVER: Drawing = floating(
    "<g transform='rotate(38 200 200)'><path d='M194 52h12l3 20v124h-18V72z' fill='$s'/>\
     <path d='M200 52h6l3 20v124h-9z' fill='$k' opacity='.25'/>\
     <path d='M180 192h40l8 24v106c0 16-10 24-28 24s-28-8-28-24V216z' fill='$m'/>\
     <path d='M186 226v98M200 226v104M214 226v98' stroke='$d' stroke-width='7' stroke-linecap='round'/>\
     <rect x='182' y='186' width='36' height='18' rx='4' fill='$k'/></g>",
);

pub(crate) static SAW: Drawing = floating(
    "<g transform='rotate(-20 200 200)'><path d='M48 178h200v66L48 206z' fill='$s'/>\
     <path d='M48 206l8 8 4-6 8 8 6-6 8 10 6-8 8 10 8-8 8 10 8-8 8 10 8-8 8 10 8-8 8 10 8-8 8 10 8-8 8 10 8-8 8 10 8-8 8 10 8-8 8 10v-26z' fill='$k' opacity='.4'/>\
     <path d='M238 150h78c30 0 44 30 30 60l-22 50c-6 14-20 16-34 8l-52-28z' fill='$m'/>\
     <path d='M274 180h36c12 0 14 10 10 20l-14 32c-4 8-10 8-16 4l-24-16c-8-6-8-40 8-40z' fill='$w'/></g>",
);

pub(crate) static WRENCH: Drawing = floating(
    "<g transform='rotate(40 200 200)'><path d='M182 130h36v142h-36z' fill='$m'/><path d='M206 130h12v142h-12z' fill='$d'/>\
     <path d='M156 66l14 10v40h60V76l14-10c22 30 10 76-26 82h-36c-36-6-48-52-26-82z' fill='$m'/>\
     <circle cx='200' cy='298' r='44' fill='$m'/><path d='M200 276l20 11v22l-20 11-20-11v-22z' fill='$w'/>\
     <path d='M192 160v90' stroke='$l' stroke-width='5'/></g>",
);

pub(crate) static TAPE: Drawing = standing(
    "<path d='M240 292h108v14H240z' fill='#f0c552'/>\
     <path d='M262 292v8M280 292v8M298 292v8M316 292v8M334 292v8' stroke='$k' stroke-width='3'/><path d='M346 288h8v32h-8z' fill='$s'/>\
     <path d='M92 178c0-44 28-68 74-68h34c48 0 76 28 76 74v122c0 10-4 14-14 14H106c-10 0-14-4-14-14z' fill='$m'/>\
     <path d='M92 286h184v20c0 10-4 14-14 14H106c-10 0-14-4-14-14z' fill='$k'/><circle cx='184' cy='210' r='58' fill='$k'/>\
     <circle cx='184' cy='210' r='44' fill='$l'/><path d='M160 204h48M168 220h32' stroke='$k' stroke-width='6'/>",
);

pub(crate) static TOOLBOX: Drawing = standing(
    "<path d='M152 170v-40h96v40' fill='none' stroke='$k' stroke-width='16' stroke-linejoin='round'/>\
     <path d='M88 168h224l22 44v98c0 6-4 10-10 10H76c-6 0-10-4-10-10v-98z' fill='$m'/><path d='M66 212h268v14H66z' fill='$e'/>\
     <path d='M66 280h268v30c0 6-4 10-10 10H76c-6 0-10-4-10-10z' fill='$d'/>\
     <rect x='104' y='200' width='34' height='44' rx='5' fill='$s'/><rect x='262' y='200' width='34' height='44' rx='5' fill='$s'/>\
     <rect x='164' y='238' width='72' height='28' rx='4' fill='$l'/>",
);

pub(crate) static TROWEL: Drawing = floating(
    "<g transform='rotate(38 200 200)'><path d='M166 196c-14-64 4-110 34-140 30 30 48 76 34 140-12 16-56 16-68 0z' fill='$s'/>\
     <path d='M200 56c30 30 48 76 34 140-6 8-18 12-34 12z' fill='$k' opacity='.22'/><path d='M193 200h14v44h-14z' fill='$k'/>\
     <path d='M182 240h36l4 86c0 20-44 20-44 0z' fill='$m'/><path d='M206 240h12l4 86c0 8-8 13-16 14z' fill='$d'/>\
     <path d='M182 240h36v13h-36z' fill='$a'/></g>",
);

pub(crate) static BRUSH: Drawing = floating(
    "<g transform='rotate(34 200 200)'><path d='M168 150c-14-50 8-78 32-98 24 20 46 48 32 98z' fill='#4d3a33'/>\
     <path d='M184 140c-6-30 2-52 16-72M214 142c8-26 4-44-2-62' stroke='#8a6b5c' stroke-width='5' fill='none'/>\
     <path d='M166 146h68l-8 56h-52z' fill='$s'/><path d='M168 162h64M171 178h58' stroke='$k' stroke-width='3' opacity='.4'/>\
     <path d='M174 200h52l-14 138c-2 14-22 14-24 0z' fill='$m'/><path d='M206 200h20l-14 138c-1 6-5 9-9 10z' fill='$d'/></g>",
);

pub(crate) static PEN: Drawing = floating(
    "<g transform='rotate(42 200 200)'><path d='M200 60l20 60h-40z' fill='#d9b25f'/><path d='M200 60v44' stroke='$k' stroke-width='3'/>\
     <path d='M178 118h44v30h-44z' fill='$k'/><path d='M176 146h48v130h-48z' fill='$m'/><path d='M206 146h18v130h-18z' fill='$d'/>\
     <path d='M176 206h48v10h-48z' fill='#d9b25f'/><path d='M176 274h48v54c0 18-48 18-48 0z' fill='$m'/>\
     <path d='M218 206h9v84c0 8-9 8-9 0z' fill='#d9b25f'/><path d='M188 156v44' stroke='#fff' stroke-width='5' opacity='.5'/></g>",
);

pub(crate) static PENCILS: Drawing = standing(
    "<g transform='rotate(-14 150 220)'><path d='M140 90h28v150h-28z' fill='$a'/><path d='M140 92l14-36 14 36z' fill='$t'/>\
     <path d='M149 69l5-13 5 13z' fill='$k'/></g><g transform='rotate(12 250 220)'><path d='M232 84h28v150h-28z' fill='$d'/>\
     <path d='M232 86l14-36 14 36z' fill='$t'/><path d='M241 63l5-13 5 13z' fill='$k'/></g><path d='M186 82h28v150h-28z' fill='$l'/>\
     <path d='M186 84l14-36 14 36z' fill='$t'/><path d='M195 61l5-13 5 13z' fill='$k'/><path d='M122 190h156l-12 130H134z' fill='$m'/>\
     <path d='M240 190h38l-12 130h-34z' fill='$d'/><ellipse cx='200' cy='192' rx='78' ry='10' fill='$e' opacity='.5'/>\
     <path d='M126 228h148l-2 16H128z' fill='$w' opacity='.7'/>",
);
