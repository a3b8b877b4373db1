#!/bin/sh
# make.sh PROGRAM [FOLDER]: writes the golden files of published models, see README.md, here or into FOLDER.
set -eu

[ $# -ge 1 ] || { echo "usage: $0 PROGRAM [FOLDER]" >&2; exit 2; }
program=$1
folder=${2:-$(dirname "$0")}

# pin MODEL SIZE OPTION…
pin() {
    model=$1
    size=$2
    shift 2
    "$program" anchors pin --force --image-size "$size" "$@" "$folder/$model-$size.json" 2>/dev/null ||
        { echo "$0: $model at $size could not be pinned" >&2; exit 1; }
}

five=32,64,128,256,512
for size in 800x1088 800x1216 800x1344 768x1344 800x800; do
    pin torchvision-resnet50-fpn $size --convention torchvision
done
# Two maps of stride 32, and one by pooling.
for size in 800x1088 800x1344; do
    pin torchvision-mobilenet-v3-fpn $size --convention torchvision --strides 32,32,64 --sizes $five/$five/$five
done
for size in 320x448 320x640; do
    pin torchvision-mobilenet-v3-320-fpn $size --convention torchvision --strides 32,32,64 --sizes $five/$five/$five
done

for size in 800x1088 800x1344; do
    pin detectron2-fpn $size --convention detectron2
    pin mmdet-fpn $size --convention mmdet
    pin mmdet-c4 $size --convention mmdet --strides 16 --sizes 2,4,8,16,32
    pin mmdet-dc5 $size --convention mmdet --strides 16 --sizes 2,4,8,16,32
    pin mmdet-legacy-fpn $size --convention mmdet-legacy
done
# These do not pad a single image: 480x640 becomes 800x1067, and 800x1333 is the largest.
for size in 800x1067 800x1333 800x1088 800x1344; do
    pin detectron2-c4 $size --convention detectron2 --strides 16 --sizes $five
    pin detectron2-dc5 $size --convention detectron2 --strides 16 --sizes $five
done

# Images of 375x500 and 16:9. Caffe's pooling rounds maps up.
for size in 600x800 600x1000 800x1088 800x1344; do
    pin py-faster-rcnn-vgg16 $size --convention py-faster-rcnn
    pin py-faster-rcnn-vgg16-coco $size --convention py-faster-rcnn --sizes 4,8,16,32
    pin matlab-vgg16 $size --convention matlab
done
# PyTorch's rounds them down.
pin simple-faster-rcnn-vgg16 600x800 --convention simple-faster-rcnn --grids 37x50
pin simple-faster-rcnn-vgg16 600x1000 --convention simple-faster-rcnn --grids 37x62
pin simple-faster-rcnn-vgg16 800x1088 --convention simple-faster-rcnn --grids 50x68
pin simple-faster-rcnn-vgg16 800x1344 --convention simple-faster-rcnn --grids 50x84
