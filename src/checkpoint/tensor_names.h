/** What other families call the tensors that are asked for by torchvision's names. */
#ifndef FRCNN_TENSOR_NAMES_H
#define FRCNN_TENSOR_NAMES_H

#include "tensor/layer.h"

/** @name Of torchvision detectors whose backbone is a list of modules: the children of a ResNet; the features of a MobileNet;
 *  these and a convolution (mobilenet_backbone without an FPN). @{ */
void frcnn_tensor_names_torchvision_resnet(char out[FRCNN_LAYER_NAME], const char *name);
void frcnn_tensor_names_torchvision_features(char out[FRCNN_LAYER_NAME], const char *name);
void frcnn_tensor_names_torchvision_mobilenet(char out[FRCNN_LAYER_NAME], const char *name);
/** @} */

/** Writes the name that a Detectron2 file (Faster R-CNN with FPN) has for the tensor that torchvision calls name; name
 *  itself where both call it the same or there is none. Source: Detectron2's module names. */
void frcnn_tensor_names_detectron2(char out[FRCNN_LAYER_NAME], const char *name);

/** The same of one without an FPN (C4, DC5). */
void frcnn_tensor_names_detectron2_single(char out[FRCNN_LAYER_NAME], const char *name);

/** @name The same of VGG16 detectors: py-faster-rcnn's, by the names of Caffe's layers; simple-faster-rcnn's, without and with
 *  the dropouts of its box head. @{ */
void frcnn_tensor_names_py_faster_rcnn(char out[FRCNN_LAYER_NAME], const char *name);
void frcnn_tensor_names_simple_faster_rcnn(char out[FRCNN_LAYER_NAME], const char *name);
void frcnn_tensor_names_simple_faster_rcnn_dropout(char out[FRCNN_LAYER_NAME], const char *name);
/** @} */

/** The same of mmdetection 2 and 3. Source: mmdetection's module names. */
void frcnn_tensor_names_mmdetection(char out[FRCNN_LAYER_NAME], const char *name);

#endif
