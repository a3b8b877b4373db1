/** Thrust and CUB under names of this library's own: a process may hold another version of them. Comes before their
 *  headers. */
#ifndef FRCNN_CCCL_H
#define FRCNN_CCCL_H

#define THRUST_CUB_WRAPPED_NAMESPACE frcnn

namespace frcnn
{
namespace thrust
{
}
namespace cub
{
}
} // namespace frcnn
namespace thrust = frcnn::thrust;
namespace cub = frcnn::cub;

#endif
